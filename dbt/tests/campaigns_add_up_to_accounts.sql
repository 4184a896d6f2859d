{{ tiktok_ads.days_apart(ref('tiktok__campaign_daily'), ref('tiktok__account_daily'), ['advertiser_id', 'currency']) }}
