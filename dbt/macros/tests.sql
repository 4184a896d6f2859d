{# Every row has a unique key. The model names the columns of the key in `describe`. #}
{% test has_a_key_of_its_own(model) %}
  {%- set key = tiktok_ads.key_of(model) -%}
select {{ key | join(', ') }}, count(*) as how_often
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1
{% endtest %}

{% macro key_of(model) %}
  {%- if not execute -%}{{ return(['1']) }}{%- endif -%}
  {%- for node in graph.nodes.values() if node.package_name == 'tiktok_ads' and node.resource_type == 'model'
      and node.alias | lower == model.identifier | lower -%}
    {{ return(node.config.meta.key) }}
  {%- endfor -%}
{% endmacro %}

{# No ad account has amounts in two currencies, because a sum over them would mean nothing. #}
{% test has_one_currency_for_each_account(model) %}
select advertiser_id, count(distinct currency) as currencies
from {{ model }}
group by advertiser_id
having count(distinct currency) > 1
{% endtest %}

{# Amounts whose currency is neither in the report's rows nor in the stream `advertisers`. #}
{% test has_a_currency(model) %}
{{ config(severity='warn') }}
select advertiser_id, count(*) as rows_without
from {{ model }}
where currency is null and spend <> 0
group by advertiser_id
{% endtest %}

{#
  Days on which the rows of a finer mart don't add up to those of a coarser one, in spend, impressions or clicks.
  The newest days of an account may differ, because the streams are not read at the same moment. If the coarser mart
  is empty because its stream is not read, there is nothing to compare. Each row is rounded to the cent.
#}
{% macro days_apart(finer, coarser, by) %}
{{ config(severity='error' if var('include_deleted') else 'warn') }}
{%- set measures = ['spend', 'impressions', 'clicks'] -%}
with fine as (
  select {{ tiktok_ads.known(by) }}, stat_time_day, count(*) as parts
    {%- for name in measures %}, sum({{ name }}) as {{ name }}{% endfor %}
  from {{ finer }}
  group by {{ by | join(', ') }}, stat_time_day
),
coarse as (
  select {{ tiktok_ads.known(by) }}, stat_time_day
    {%- for name in measures %}, sum({{ name }}) as {{ name }}{% endfor %}
  from {{ coarser }}
  group by {{ by | join(', ') }}, stat_time_day
),
both_read as (
  select cast({{ dbt.dateadd('day', '-' ~ var('tiktok_days_in_flux'), 'max(stat_time_day)') }} as date) as last_day,
    min(stat_time_day) as first_day
  from fine
  where exists (select 1 from coarse)
)
select
  {% for name in by %}coalesce(coarse.{{ name }}, fine.{{ name }}) as {{ name }}, {% endfor -%}
  coalesce(coarse.stat_time_day, fine.stat_time_day) as stat_time_day,
  coarse.spend as spend, fine.spend as spend_added_up
from coarse
full join fine on {% for name in by %}coarse.{{ name }} = fine.{{ name }} and {% endfor -%}
  coarse.stat_time_day = fine.stat_time_day
cross join both_read
where coalesce(coarse.stat_time_day, fine.stat_time_day) between first_day and last_day
  and (
    abs(coalesce(coarse.spend, 0) - coalesce(fine.spend, 0)) > {{ var('tiktok_tolerance') }} * (1 + coalesce(fine.parts, 0))
    {%- for name in measures[1:] %}
    or coalesce(coarse.{{ name }}, 0) <> coalesce(fine.{{ name }}, 0)
    {%- endfor %}
  )
{% endmacro %}

{# Columns that compare as equal if both are null. #}
{% macro known(columns) -%}
  {%- for name in columns %}coalesce({{ name }}, '') as {{ name }}{{ ', ' if not loop.last }}{% endfor -%}
{%- endmacro %}
