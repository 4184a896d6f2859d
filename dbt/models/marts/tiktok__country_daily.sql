{{ tiktok_ads.describe(
  key=['campaign_id', 'currency', 'country_code', 'stat_time_day'], needs=['ads_reports_by_country_daily']) }}
{{ tiktok_ads.mart(
  'ads_reports_by_country_daily', ['ad_id', 'stat_time_day', 'country_code'],
  by={'campaign_id': 'coalesce(r.campaign_id, d.campaign_id)', 'country_code': 'r.country_code',
      'stat_time_day': 'r.stat_time_day'},
  labels={'campaign_name': 'max(coalesce(d.campaign_name, r.campaign_name))'},
  measures=dict(tiktok_ads.delivery(), **tiktok_ads.events()), lookup='ad',
  columns=dict(tiktok_ads.columns_of_ads(), country_code='text')) }}
