{{ tiktok_ads.describe(key=['advertiser_id', 'currency', 'stat_time_day'], needs=['advertisers_reports_daily']) }}
{{ tiktok_ads.mart(
  'advertisers_reports_daily', ['advertiser_id', 'stat_time_day'],
  by={'stat_time_day': 'r.stat_time_day'}, labels={},
  measures=tiktok_ads.everything(), columns={'stat_time_day': 'day'}, reach=true) }}
