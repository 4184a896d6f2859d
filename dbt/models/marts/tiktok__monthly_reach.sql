{{ tiktok_ads.describe(
  key=['level', 'advertiser_id', 'campaign_id', 'currency', 'period_start'],
  needs_one_of=['advertisers_reports_monthly', 'campaigns_reports_monthly']) }}
{{ tiktok_ads.reach_of('monthly') }}
