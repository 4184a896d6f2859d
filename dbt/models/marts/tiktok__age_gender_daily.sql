{{ tiktok_ads.describe(
  key=['campaign_id', 'currency', 'age', 'gender', 'stat_time_day'], needs=['ads_audience_reports_daily'],
  partly=['advertisers']) }}
{{ tiktok_ads.mart(
  'ads_audience_reports_daily', ['ad_id', 'stat_time_day', 'gender', 'age'],
  by={'campaign_id': 'coalesce(r.campaign_id, d.campaign_id)', 'age': 'r.age', 'gender': 'r.gender',
      'stat_time_day': 'r.stat_time_day'},
  labels={'campaign_name': 'max(coalesce(d.campaign_name, r.campaign_name))'},
  measures=tiktok_ads.delivery(), lookup='ad',
  columns=dict(tiktok_ads.columns_of_ads(), age='text', gender='text')) }}
