{{ tiktok_ads.describe(key=['ad_id', 'currency', 'stat_time_day'], needs=['ads_reports_daily']) }}
{{ tiktok_ads.mart(
  'ads_reports_daily', ['ad_id', 'stat_time_day'],
  by={'ad_id': 'r.ad_id', 'stat_time_day': 'r.stat_time_day'},
  labels={'ad_name': 'max(coalesce(d.ad_name, r.ad_name))',
          'adgroup_id': 'max(coalesce(r.adgroup_id, d.adgroup_id))',
          'adgroup_name': 'max(coalesce(d.adgroup_name, r.adgroup_name))',
          'campaign_id': 'max(coalesce(r.campaign_id, d.campaign_id))',
          'campaign_name': 'max(coalesce(d.campaign_name, r.campaign_name))'},
  measures=tiktok_ads.everything(), lookup='ad', reach=true, columns=tiktok_ads.columns_of_ads()) }}
