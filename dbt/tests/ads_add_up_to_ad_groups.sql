{{ tiktok_ads.days_apart(ref('tiktok__ad_daily'), ref('tiktok__ad_group_daily'), ['adgroup_id', 'currency']) }}
