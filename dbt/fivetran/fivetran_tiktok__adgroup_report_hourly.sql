{{ tiktok_ads.fivetran_report('ad_groups_reports_daily', 'adgroup_id') }}
