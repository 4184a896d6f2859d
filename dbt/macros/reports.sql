{# The columns of a row of an ad's report besides its measures. #}
{% macro columns_of_ads() %}
  {{ return({'ad_id': 'text', 'stat_time_day': 'day', 'ad_name': 'text', 'ad_text': 'text', 'adgroup_id': 'text',
             'adgroup_name': 'text', 'campaign_id': 'text', 'campaign_name': 'text'}) }}
{% endmacro %}

{# People reached in weeks or months, by ad account and by campaign. TikTok counts them separately for each. #}
{% macro reach_of(period) %}
  {%- set columns = {'advertiser_id': 'text', 'period_start': 'day', 'period_end': 'day', 'currency': 'text',
                     'display_timezone': 'text', 'advertiser_name': 'text', 'campaign_id': 'text',
                     'campaign_name': 'text', 'spend': 'number', 'impressions': 'count', 'clicks': 'count',
                     'reach': 'count'} -%}
with reported as (
  select 'account' as level, accounts.* from (
    {{ tiktok_ads.newest('advertisers_reports_' ~ period, ['advertiser_id', 'period_start'], columns) }}
  ) as accounts
  union all
  select 'campaign' as level, campaigns.* from (
    {{ tiktok_ads.newest('campaigns_reports_' ~ period, ['campaign_id', 'period_start'], columns) }}
  ) as campaigns
)
select
  r.level, r.advertiser_id, coalesce(a.advertiser_name, r.advertiser_name) as advertiser_name,
  coalesce(r.currency, a.currency) as currency, coalesce(r.display_timezone, a.display_timezone) as display_timezone,
  r.campaign_id, coalesce(c.campaign_name, r.campaign_name) as campaign_name, r.period_start, r.period_end,
  r.spend, r.impressions, r.clicks, r.reach,
  {{ tiktok_ads.ratio('r.impressions', 'r.reach') }} as frequency,
  {{ tiktok_ads.ratio('r.spend', 'r.reach', 1000) }} as cost_per_1000_reached
from reported as r
left join {{ ref('tiktok_meta_account') }} as a on a.advertiser_id = r.advertiser_id
left join {{ ref('tiktok_meta_campaign') }} as c on c.campaign_id = r.campaign_id
{% endmacro %}
