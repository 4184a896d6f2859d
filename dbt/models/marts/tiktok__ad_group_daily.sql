{{ tiktok_ads.describe(key=['adgroup_id', 'currency', 'stat_time_day'], needs=['ad_groups_reports_daily']) }}
{{ tiktok_ads.mart(
  'ad_groups_reports_daily', ['adgroup_id', 'stat_time_day'],
  by={'adgroup_id': 'r.adgroup_id', 'stat_time_day': 'r.stat_time_day'},
  labels={'adgroup_name': 'max(coalesce(g.adgroup_name, r.adgroup_name))',
          'campaign_id': 'max(coalesce(r.campaign_id, g.campaign_id))',
          'campaign_name': 'max(coalesce(g.campaign_name, r.campaign_name))'},
  measures=tiktok_ads.everything(), lookup='adgroup', reach=true,
  columns={'adgroup_id': 'text', 'stat_time_day': 'day', 'adgroup_name': 'text', 'campaign_id': 'text',
           'campaign_name': 'text'}) }}
