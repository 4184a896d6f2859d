{{ tiktok_ads.days_apart(ref('tiktok__age_gender_daily'), ref('tiktok__campaign_daily'), ['campaign_id', 'currency']) }}
