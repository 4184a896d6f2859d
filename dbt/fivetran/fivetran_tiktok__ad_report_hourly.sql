{{ tiktok_ads.fivetran_report('ads_reports_daily', 'ad_id') }}
