{{ tiktok_ads.describe(key=['campaign_id', 'currency', 'stat_time_day'], needs=['campaigns_reports_daily']) }}
{{ tiktok_ads.mart(
  'campaigns_reports_daily', ['campaign_id', 'stat_time_day'],
  by={'campaign_id': 'r.campaign_id', 'stat_time_day': 'r.stat_time_day'},
  labels={'campaign_name': 'max(coalesce(c.campaign_name, r.campaign_name))',
          'objective_type': 'max(coalesce(c.objective_type, r.objective_type))'},
  measures=tiktok_ads.everything(), lookup='campaign', reach=true,
  columns={'campaign_id': 'text', 'stat_time_day': 'day', 'campaign_name': 'text', 'objective_type': 'text'}) }}
