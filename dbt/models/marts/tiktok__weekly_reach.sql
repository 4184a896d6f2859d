{{ tiktok_ads.describe(
  key=['level', 'advertiser_id', 'campaign_id', 'currency', 'period_start'],
  needs_one_of=['advertisers_reports_weekly', 'campaigns_reports_weekly']) }}
{{ tiktok_ads.reach_of('weekly') }}
