{#
  A mart: rows of one report, added up by `by` (name: expression), with `labels` (name: aggregate), the measures and
  the composites. `r` is the report's row. The join starts from it, so that entities TikTok no longer lists keep their
  spend. `a` is its ad account, and `c`, `g` and `d` are the campaign, ad group and ad that `lookup` names.
  A mart has reach only if each of its rows is one row of the report, because reach does not add up.
#}
{% macro mart(stream, key, by, labels, measures, columns={}, lookup=none, reach=false) %}
  {%- set money = 'total_complete_payment_rate' in measures -%}
  {%- set conversion, revenues = var('tiktok_conversion'), var('tiktok_revenue') -%}
  {%- set read = dict({'advertiser_id': 'text', 'advertiser_name': 'text', 'currency': 'text', 'display_timezone': 'text'},
                      **dict(columns, **measures)) -%}
  {%- do read.update({conversion: 'count'}) -%}
  {%- if money -%}{%- do read.update(tiktok_ads.of_kind(revenues, 'number')) -%}{%- endif -%}
  {%- if reach -%}{%- do read.update(reach='count') -%}{%- endif -%}
with reported as (
  {{ tiktok_ads.newest(stream, key, read) }}
),
added as (
  select
    r.advertiser_id,
    coalesce(r.currency, a.currency) as currency,
    coalesce(r.display_timezone, a.display_timezone) as display_timezone,
    {% for name, expression in by.items() -%}
    {{ expression }} as {{ name }},
    {% endfor -%}
    max(coalesce(a.advertiser_name, r.advertiser_name)) as advertiser_name,
    {% for name, aggregate in labels.items() -%}
    {{ aggregate }} as {{ name }},
    {% endfor -%}
    {% for name, kind in measures.items() -%}
    {{ tiktok_ads.total('r.' ~ name, kind) }} as {{ tiktok_ads.called(name) }},
    {% endfor -%}
    {% if money -%}
    {% for name in revenues -%}
    {{ tiktok_ads.total('r.' ~ name, 'number') }} as revenue_{{ loop.index }},
    {% endfor -%}
    {% endif -%}
    {% if reach -%}
    max(r.reach) as reach,
    {% endif -%}
    {{ tiktok_ads.total('r.' ~ conversion, 'count') }} as conversions
  from reported as r
  left join {{ ref('tiktok_meta_account') }} as a on a.advertiser_id = r.advertiser_id
  {%- if lookup == 'campaign' %}
  left join {{ ref('tiktok_meta_campaign') }} as c on c.campaign_id = r.campaign_id
  {%- elif lookup == 'adgroup' %}
  left join {{ ref('tiktok_meta_adgroup') }} as g on g.adgroup_id = r.adgroup_id
  {%- elif lookup == 'ad' %}
  left join {{ ref('tiktok_meta_ad') }} as d on d.ad_id = r.ad_id
  {%- endif %}
  group by 1, 2, 3{% for _ in by %}, {{ loop.index + 3 }}{% endfor %}
),
valued as (
  select
    advertiser_id, advertiser_name, currency, display_timezone,
    {% for name in by %}{{ name }}, {% endfor %}{% for name in labels %}{{ name }}, {% endfor %}
    {% for name in measures %}{{ tiktok_ads.called(name) }}, {% endfor %}
    {% if money -%}
    {% set parts = [] -%}
    {% for name in revenues %}{% do parts.append('revenue_' ~ loop.index) %}{% endfor -%}
    {{ tiktok_ads.together(parts) }} as revenue,
    {% endif -%}
    {% if reach -%}reach, {{ tiktok_ads.ratio('impressions', 'reach') }} as frequency,
    {% endif -%}
    conversions
  from added
)
select
  valued.*,
  {{ tiktok_ads.composites(money) }}
from valued
{% endmacro %}
