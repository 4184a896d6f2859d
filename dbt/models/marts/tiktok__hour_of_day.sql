{{ tiktok_ads.describe(
  key=['campaign_id', 'currency', 'stat_time_day', 'hour_of_day'], needs=['campaigns_reports_hourly']) }}
{{ tiktok_ads.mart(
  'campaigns_reports_hourly', ['campaign_id', 'stat_time_hour'],
  by={'campaign_id': 'r.campaign_id', 'stat_time_day': 'cast(r.stat_time_hour as date)',
      'hour_of_day': 'cast(extract(hour from r.stat_time_hour) as ' ~ tiktok_ads.type_of('count') ~ ')'},
  labels={'campaign_name': 'max(coalesce(c.campaign_name, r.campaign_name))'},
  measures=tiktok_ads.delivery(), lookup='campaign',
  columns={'campaign_id': 'text', 'stat_time_hour': 'moment', 'campaign_name': 'text'}) }}
