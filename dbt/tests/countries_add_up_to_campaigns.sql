{{ tiktok_ads.days_apart(ref('tiktok__country_daily'), ref('tiktok__campaign_daily'), ['campaign_id', 'currency']) }}
