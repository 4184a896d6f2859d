{%- set columns = tiktok_ads.as_they_are('text', [
  'campaign_id', 'country_code']) -%}
{%- do columns.update(tiktok_ads.as_they_are('count', [
  'clicks', 'conversion', 'impressions', 'real_time_conversion'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('number', [
  'conversion_rate', 'cost_per_conversion', 'cpc', 'cpm', 'ctr', 'spend'])) -%}
{%- do columns.update({
  'stat_time_day': ('day', 'stat_time_day')}) -%}
{{ tiktok_ads.fivetran_view('campaigns_audience_reports_by_country_daily', ['campaign_id', 'stat_time_day', 'country_code'], columns) }}
