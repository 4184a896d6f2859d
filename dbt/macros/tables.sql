{# The names of the columns of a raw table, in lower case; an empty list if the warehouse has no such table. #}
{% macro columns_of(table, wanted) %}
  {%- if not execute or var('tiktok_assume_tables') -%}{{ return(wanted) }}{%- endif -%}
  {%- set relation = load_relation(table) -%}
  {%- if relation is none -%}{{ return([]) }}{%- endif -%}
  {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list) }}
{% endmacro %}

{#
  The newest row of each key of a stream, whether the destination appends or deduplicates. `columns` has the columns
  and their kinds. A column that the table lacks is null, and a table that does not exist has no rows.
#}
{% macro newest(stream, key, columns) %}
  {%- set table = source('tiktok', stream) -%}
  {%- set found = tiktok_ads.columns_of(table, columns.keys() | list) -%}
  select
    {% for name, kind in columns.items() -%}
    {{ tiktok_ads.typed(name if name in found, kind) }} as {{ name }}{{ ',' if not loop.last }}
    {% endfor -%}
  {% if found -%}
  from (
    select {% for name in columns if name in found %}{{ name }}, {% endfor %}row_number() over (
      partition by {{ key | join(', ') }} order by _airbyte_extracted_at desc) as place
    from {{ table }}
  ) as numbered
  where place = 1
  {%- else -%}
  from (select 1 as place) as nothing
  where place = 0
  {%- endif %}
{% endmacro %}

{#
  What a model declares about itself: the columns that make a row unique, the streams it needs (all of `needs`, and one of
  `needs_one_of`), and the streams that only some columns or rows come from (`partly`). With the variable `tiktok_streams`, a
  model that needs another stream is not built. A lookup is always built, because marts join it.
#}
{% macro describe(key, needs=[], needs_one_of=[], partly=[], is_lookup=false) %}
  {%- set lacking = tiktok_ads.streams_lacking(needs, needs_one_of, var('tiktok_streams')) -%}
  {{ config(enabled=is_lookup or not (var('tiktok_streams') and lacking),
            meta={'key': key, 'needs': needs, 'needs_one_of': needs_one_of, 'partly': partly}) }}
{% endmacro %}

{# The streams that a model needs and that are not in `there`. #}
{% macro streams_lacking(needs, needs_one_of, there) %}
  {%- set lacking = needs | reject('in', there) | list -%}
  {%- if needs_one_of and not needs_one_of | select('in', there) | list -%}
    {%- set lacking = lacking + [needs_one_of | join(' or ')] -%}
  {%- endif -%}
  {{ return(lacking) }}
{% endmacro %}

{# The raw tables that exist, by the name of their stream. #}
{% macro tables_there() %}
  {%- set there = {} -%}
  {%- for table in graph.sources.values() if table.package_name == 'tiktok_ads' -%}
    {%- set relation = adapter.get_relation(table.database, table.schema, table.identifier) -%}
    {%- if relation -%}{%- do there.update({table.name: relation}) -%}{%- endif -%}
  {%- endfor -%}
  {{ return(there) }}
{% endmacro %}

{# Before a run: stops if no raw table is found, or if a variable names a stream or a column that does not exist. #}
{% macro refuse_mistakes() %}
  {%- if execute and not var('tiktok_assume_tables') and flags.WHICH in ('build', 'run') -%}
    {%- set streams = graph.sources.values() | selectattr('package_name', 'equalto', 'tiktok_ads') | map(attribute='name') | list -%}
    {%- set unknown = var('tiktok_streams') | reject('in', streams) | list -%}
    {%- if unknown -%}
      {{ exceptions.raise_compiler_error('tiktok_streams names ' ~ unknown | join(', ') ~ ', which no model reads. Those are: '
                                         ~ streams | sort | join(', ') ~ '.') }}
    {%- endif -%}
    {%- set there = tiktok_ads.tables_there() -%}
    {%- if not there -%}
      {{ exceptions.raise_compiler_error('No table of the connector is in the schema ' ~ (var('tiktok_schema') or target.schema)
                                         ~ '. Name the schema of the raw tables in the variable tiktok_schema.') }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for name, relation in there.items() if name.endswith('_reports_daily') -%}
      {%- do columns.extend(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower')) -%}
    {%- endfor -%}
    {%- set wrong = ([var('tiktok_conversion')] + var('tiktok_revenue')) | reject('in', columns) | list -%}
    {%- if columns and wrong -%}
      {{ exceptions.raise_compiler_error('tiktok_conversion and tiktok_revenue name columns of daily reports; no table has '
                                         ~ wrong | join(', ') ~ '.') }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{# A sentence about what a model lacks; empty if it has everything, or if the user left the stream out. #}
{% macro what_is_missing_of(node, there) %}
  {%- set meta, chosen, place = node.config.meta, var('tiktok_streams'), var('tiktok_schema') or target.schema -%}
  {%- set needs, one_of = meta.needs, meta.needs_one_of or [] -%}
  {%- set lacking = tiktok_ads.streams_lacking(needs, one_of, there) -%}
  {%- set beside = (meta.partly or []) + one_of | list -%}
  {%- set beside = beside | reject('in', there) | select('in', chosen or beside) | list -%}
  {%- if lacking and not tiktok_ads.streams_lacking(needs, one_of, chosen or needs + one_of) -%}
    {{ return(node.name ~ ' is empty or incomplete: there is no table of ' ~ lacking | join(' and ') ~ ' in ' ~ place
              ~ '. Read that stream, or leave the model out: name the streams you read in the variable tiktok_streams.') }}
  {%- elif beside and not lacking -%}
    {{ return(node.name ~ ' is built without ' ~ beside | join(' and ') ~ ': there is no such table in ' ~ place
              ~ '. What comes from there is null or missing.') }}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}

{# After a run: one sentence for each model that lacks a stream, and one for the models that were left out. #}
{% macro say_what_is_missing() %}
  {%- if execute and not var('tiktok_assume_tables') and flags.WHICH in ('build', 'run') -%}
    {%- set there = tiktok_ads.tables_there().keys() | list -%}
    {%- for node in graph.nodes.values() if node.package_name == 'tiktok_ads' and 'needs' in node.config.meta -%}
      {%- set missing = tiktok_ads.what_is_missing_of(node, there) -%}
      {%- if missing -%}{{ log(missing, info=true) }}{%- endif -%}
    {%- endfor -%}
    {%- if var('tiktok_streams') -%}
      {{ log('Models that need other streams than those named in tiktok_streams are left out.', info=true) }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
