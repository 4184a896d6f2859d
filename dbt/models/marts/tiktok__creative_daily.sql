{{ tiktok_ads.describe(
  key=['advertiser_id', 'currency', 'creative_type', 'creative_id', 'ad_text', 'stat_time_day'],
  needs=['ads_reports_daily'], partly=['ads', 'creative_assets_videos', 'creative_assets_images']) }}
{{ tiktok_ads.mart(
  'ads_reports_daily', ['ad_id', 'stat_time_day'],
  by={'creative_type': "coalesce(d.creative_type, 'unknown')", 'creative_id': 'coalesce(d.creative_id, r.ad_id)',
      'ad_text': 'coalesce(d.ad_text, r.ad_text)', 'stat_time_day': 'r.stat_time_day'},
  labels={'creative_name': 'max(d.creative_name)', 'cover_url': 'max(d.cover_url)', 'preview_url': 'max(d.preview_url)',
          'ad_format': 'max(d.ad_format)', 'ads': 'count(distinct r.ad_id)'},
  measures=tiktok_ads.everything(), lookup='ad', columns=tiktok_ads.columns_of_ads()) }}
