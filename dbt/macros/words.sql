{# The address of a page without its parameters. #}
{% macro page_of(url) %}{{ dbt.split_part(dbt.split_part(url, "'#'", 1), "'?'", 1) }}{% endmacro %}

{# The value of one parameter of an address, as it is written there; null if the address does not have it. #}
{% macro parameter_of(url, name) -%}
  {%- set query = "'&' || " ~ dbt.split_part(dbt.split_part(url, "'#'", 1), "'?'", 2) -%}
  nullif({{ dbt.split_part(dbt.split_part('(' ~ query ~ ')', "'&" ~ name ~ "='", 2), "'&'", 1) }}, '')
{%- endmacro %}

{# The first text of a list that is stored as JSON text, such as `["a", "b"]`; null for an empty list. #}
{% macro first_of(list) -%}
  nullif(nullif(trim(replace(replace(replace({{ dbt.split_part(list, "','", 1) }}, '[', ''), ']', ''), '"', '')), ''), 'null')
{%- endmacro %}

{# Whether its own switch and those of its parents are all on. Null if one of them is not known. #}
{% macro is_on(statuses) -%}
  case
    when {% for status in statuses %}{{ status }} <> 'ENABLE'{{ ' or ' if not loop.last }}{% endfor %} then false
    when {% for status in statuses %}{{ status }} = 'ENABLE'{{ ' and ' if not loop.last }}{% endfor %} then true
  end
{%- endmacro %}
