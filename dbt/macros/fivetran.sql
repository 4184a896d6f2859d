{#
  A view with the columns that the public packages for Fivetran's tables need. For each column, `columns` has its kind,
  its name here if it differs, and an expression if the column alone is not enough. An empty name means a column that
  TikTok's API does not give.
#}
{% macro fivetran_view(stream, key, columns) %}
  {{ config(enabled=var('tiktok_fivetran_views'), alias=model.name | replace('fivetran_tiktok__', ''),
            materialized='view', schema='fivetran', meta={'needs': [stream]}) }}
  {%- set read = {'_airbyte_extracted_at': 'moment'} -%}
  {%- for name, said in columns.items() if said[1] != '' -%}
    {%- do read.update({said[1] or name: said[0]}) -%}
  {%- endfor -%}
select
  {% for name, said in columns.items() -%}
  {{ tiktok_ads.typed(none, said[0]) if said[1] == '' else said[2] or said[1] or name }} as {{ name }},
  {% endfor -%}
  _airbyte_extracted_at as _fivetran_synced
from (
  {{ tiktok_ads.newest(stream, key, read) }}
) as listed
{% endmacro %}

{# Columns of one kind that have the same name here. #}
{% macro as_they_are(kind, names) %}
  {% set found = {} %}
  {% for name in names %}{% do found.update({name: (kind, none)}) %}{% endfor %}
  {{ return(found) }}
{% endmacro %}

{# An hourly report made from the daily one: by hour, TikTok counts people several times and leaves purchases out. #}
{% macro fivetran_report(stream, entity) %}
  {%- set columns = {entity: ('text', none), 'stat_time_hour': ('moment', 'stat_time_day')} -%}
  {%- do columns.update(tiktok_ads.as_they_are('count', [
    'clicks', 'comments', 'conversion', 'follows', 'impressions', 'likes', 'profile_visits', 'reach',
    'real_time_conversion', 'result', 'real_time_result', 'secondary_goal_result', 'shares', 'video_play_actions'])) -%}
  {%- do columns.update(tiktok_ads.as_they_are('number', [
    'average_video_play', 'average_video_play_per_user', 'conversion_rate', 'cost_per_conversion', 'cpc', 'cpm', 'ctr',
    'profile_visits_rate', 'cost_per_1000_reached', 'real_time_conversion_rate', 'real_time_cost_per_conversion',
    'result_rate', 'cost_per_result', 'real_time_result_rate', 'real_time_cost_per_result',
    'secondary_goal_result_rate', 'cost_per_secondary_goal_result', 'spend', 'total_purchase_value',
    'total_sales_lead_value'])) -%}
  {%- do columns.update({
    'video_views_p_25': ('count', 'video_views_p25'), 'video_views_p_50': ('count', 'video_views_p50'),
    'video_views_p_75': ('count', 'video_views_p75'), 'video_view_p_100': ('count', 'video_views_p100'),
    'video_watched_2_s': ('count', 'video_watched_2s'), 'video_watched_6_s': ('count', 'video_watched_6s')}) -%}
  {{ tiktok_ads.fivetran_view(stream, [entity, 'stat_time_day'], columns) }}
{% endmacro %}
