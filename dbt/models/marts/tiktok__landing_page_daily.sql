{{ tiktok_ads.describe(
  key=['campaign_id', 'currency', 'landing_page', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term',
       'stat_time_day'],
  needs=['ads_reports_daily', 'ads']) }}
{{ tiktok_ads.mart(
  'ads_reports_daily', ['ad_id', 'stat_time_day'],
  by={'campaign_id': 'coalesce(r.campaign_id, d.campaign_id)', 'landing_page': 'd.landing_page',
      'utm_source': 'd.utm_source', 'utm_medium': 'd.utm_medium', 'utm_campaign': 'd.utm_campaign',
      'utm_content': 'd.utm_content', 'utm_term': 'd.utm_term', 'stat_time_day': 'r.stat_time_day'},
  labels={'campaign_name': 'max(coalesce(d.campaign_name, r.campaign_name))', 'ads': 'count(distinct r.ad_id)'},
  measures=tiktok_ads.everything(), lookup='ad', columns=tiktok_ads.columns_of_ads()) }}
