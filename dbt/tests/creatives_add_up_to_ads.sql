{{ tiktok_ads.days_apart(ref('tiktok__creative_daily'), ref('tiktok__ad_daily'), ['advertiser_id', 'currency']) }}
