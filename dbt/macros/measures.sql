{#
  The measures that may be added up, and their kinds. TikTok gives fewer of them by country, and fewer still by age and
  gender. `amounts` are the revenues of the ads, under the names of README.md, “Which revenue”.
#}
{% macro delivery() %}
  {% set counts = [
    'impressions', 'clicks', 'conversion', 'real_time_conversion', 'result', 'video_play_actions', 'video_watched_2s',
    'video_watched_6s', 'video_views_p25', 'video_views_p50', 'video_views_p75', 'video_views_p100', 'likes',
    'comments', 'shares', 'follows', 'profile_visits', 'engaged_view', 'total_landing_page_view'] %}
  {{ return(dict({'spend': 'number'}, **dict(tiktok_ads.of_kind(counts, 'count')))) }}
{% endmacro %}

{% macro events() %}
  {{ return(tiktok_ads.of_kind(['complete_payment', 'purchase', 'app_install', 'registration', 'button_click'], 'count')) }}
{% endmacro %}

{% macro amounts() %}
  {% set counts = tiktok_ads.of_kind(['total_purchase', 'onsite_shopping', 'sales_lead'], 'count') %}
  {{ return(dict(counts, total_complete_payment_rate='number', total_purchase_value='number',
                 total_onsite_shopping_value='number', total_sales_lead_value='number')) }}
{% endmacro %}

{% macro everything() %}
  {{ return(dict(tiktok_ads.delivery(), **dict(tiktok_ads.events(), **tiktok_ads.amounts()))) }}
{% endmacro %}

{% macro of_kind(names, kind) %}
  {% set found = {} %}
  {% for name in names %}{% do found.update({name: kind}) %}{% endfor %}
  {{ return(found) }}
{% endmacro %}

{# Despite TikTok's name, total_complete_payment_rate is an amount of money. #}
{% macro called(measure) %}
  {{ return({'total_complete_payment_rate': 'website_revenue', 'total_purchase_value': 'app_revenue',
             'total_onsite_shopping_value': 'shop_revenue', 'total_sales_lead_value': 'lead_value'}.get(measure, measure)) }}
{% endmacro %}

{# A sum that keeps its column's kind. It is null if there is nothing to add up. #}
{% macro total(column, kind) %}cast(sum({{ column }}) as {{ tiktok_ads.type_of(kind) }}){% endmacro %}

{# The sum of several amounts. It is null if none of them is known. #}
{% macro together(columns) %}
  {%- if columns | length == 1 -%}
    {{ columns[0] }}
  {%- else -%}
    case when coalesce({{ columns | join(', ') }}) is not null
      then {% for column in columns %}coalesce({{ column }}, 0){{ ' + ' if not loop.last }}{% endfor %} end
  {%- endif -%}
{% endmacro %}

{% macro ratio(part, whole, factor=1) -%}
  {{ factor ~ ' * ' if factor != 1 }}cast({{ part }} as {{ tiktok_ads.type_of('ratio') }}) / nullif({{ whole }}, 0)
{%- endmacro %}

{# The composites are always computed from sums. If there is nothing to divide by, the result is null, never 0. #}
{% macro composites(money=true) %}
  {{ tiktok_ads.ratio('clicks', 'impressions', 100) }} as ctr,
  {{ tiktok_ads.ratio('spend', 'clicks') }} as cpc,
  {{ tiktok_ads.ratio('spend', 'impressions', 1000) }} as cpm,
  {{ tiktok_ads.ratio('spend', 'conversions') }} as cpa,
  {{ tiktok_ads.ratio('conversions', 'clicks', 100) }} as cvr,
  {%- if money %}
  {{ tiktok_ads.ratio('revenue', 'spend') }} as roas,
  {%- endif %}
  {{ tiktok_ads.ratio('spend', 'video_play_actions') }} as cpv,
  {{ tiktok_ads.ratio('video_views_p100', 'impressions', 100) }} as vtr,
  {{ tiktok_ads.ratio('video_views_p100', 'video_play_actions', 100) }} as vcr,
  {{ tiktok_ads.ratio('video_watched_2s', 'video_play_actions', 100) }} as view_rate_2s,
  {{ tiktok_ads.ratio('video_watched_6s', 'video_play_actions', 100) }} as view_rate_6s,
  {{ tiktok_ads.ratio('video_views_p25', 'video_play_actions', 100) }} as view_rate_p25,
  {{ tiktok_ads.ratio('video_views_p50', 'video_play_actions', 100) }} as view_rate_p50,
  {{ tiktok_ads.ratio('video_views_p75', 'video_play_actions', 100) }} as view_rate_p75,
  {{ tiktok_ads.ratio(tiktok_ads.together(['likes', 'comments', 'shares', 'follows']), 'impressions', 100) }} as engagement_rate
{% endmacro %}
