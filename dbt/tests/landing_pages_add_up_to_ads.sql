{{ tiktok_ads.days_apart(ref('tiktok__landing_page_daily'), ref('tiktok__ad_daily'), ['campaign_id', 'currency']) }}
