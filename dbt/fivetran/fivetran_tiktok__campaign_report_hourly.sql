{{ tiktok_ads.fivetran_report('campaigns_reports_daily', 'campaign_id') }}
