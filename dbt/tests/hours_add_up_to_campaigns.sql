{{ tiktok_ads.days_apart(ref('tiktok__hour_of_day'), ref('tiktok__campaign_daily'), ['campaign_id', 'currency']) }}
