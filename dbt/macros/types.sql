{# The column types that the models need, by their names in each warehouse. #}
{% macro type_of(kind) %}{{ return(adapter.dispatch('types', 'tiktok_ads')()[kind]) }}{% endmacro %}

{% macro default__types() %}
  {{ return({'text': 'varchar', 'number': 'numeric(38, 9)', 'count': 'bigint', 'day': 'date', 'moment': 'timestamp',
             'flag': 'boolean', 'ratio': 'double precision', 'json': 'varchar'}) }}
{% endmacro %}

{# Without a length, Redshift's varchar holds 256 bytes. #}
{% macro redshift__types() %}
  {{ return(dict(tiktok_ads.default__types(), text='varchar(65535)', json='varchar(65535)')) }}
{% endmacro %}

{% macro bigquery__types() %}
  {{ return({'text': 'string', 'number': 'numeric', 'count': 'int64', 'day': 'date', 'moment': 'datetime',
             'flag': 'bool', 'ratio': 'float64', 'json': 'string'}) }}
{% endmacro %}

{# A column as one of these kinds. Without a column, it is a null of that kind. #}
{% macro typed(column, kind) %}
  {%- if column and kind == 'json' -%}
    {{ adapter.dispatch('json_text', 'tiktok_ads')(column) }}
  {%- else -%}
    cast({{ column or 'null' }} as {{ tiktok_ads.type_of(kind) }})
  {%- endif -%}
{% endmacro %}

{# A list as JSON text. Warehouses store lists in types of their own. #}
{% macro default__json_text(column) %}cast({{ column }} as varchar){% endmacro %}
{# Only Postgres writes a space after each comma of a list. Within a value, the quotes would be escaped. #}
{% macro postgres__json_text(column) %}replace(cast({{ column }} as varchar), '", "', '","'){% endmacro %}
{% macro bigquery__json_text(column) %}to_json_string({{ column }}){% endmacro %}
{% macro snowflake__json_text(column) %}to_json({{ column }}){% endmacro %}
{% macro redshift__json_text(column) %}json_serialize({{ column }}){% endmacro %}
