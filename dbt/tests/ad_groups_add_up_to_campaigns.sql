{{ tiktok_ads.days_apart(ref('tiktok__ad_group_daily'), ref('tiktok__campaign_daily'), ['campaign_id', 'currency']) }}
