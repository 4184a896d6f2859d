{{ tiktok_ads.describe(
  key=['adgroup_id'], needs=['ad_groups'], partly=['campaigns', 'advertisers'], is_lookup=true) }}
with listed as (
  {{ tiktok_ads.newest('ad_groups', ['adgroup_id'], {
    'adgroup_id': 'text', 'adgroup_name': 'text', 'campaign_id': 'text', 'campaign_name': 'text',
    'advertiser_id': 'text', 'currency': 'text', 'optimization_goal': 'text', 'billing_event': 'text', 'bid_type': 'text',
    'bid_price': 'number', 'conversion_bid_price': 'number', 'budget_mode': 'text', 'budget': 'number',
    'schedule_start_time': 'moment', 'schedule_end_time': 'moment', 'operation_status': 'text',
    'secondary_status': 'text', 'create_time': 'moment', 'modify_time': 'moment'}) }}
)
select
  g.adgroup_id, g.adgroup_name, g.campaign_id, coalesce(c.campaign_name, g.campaign_name) as campaign_name,
  g.advertiser_id, a.advertiser_name, coalesce(a.currency, g.currency) as currency, a.display_timezone,
  g.optimization_goal, g.billing_event, g.bid_type, g.bid_price, g.conversion_bid_price, g.budget_mode, g.budget,
  g.schedule_start_time, g.schedule_end_time, g.operation_status, g.secondary_status,
  {{ tiktok_ads.is_on(['g.operation_status', 'c.operation_status']) }} as is_on,
  g.create_time, g.modify_time
from listed as g
left join {{ ref('tiktok_meta_campaign') }} as c on c.campaign_id = g.campaign_id
left join {{ ref('tiktok_meta_account') }} as a on a.advertiser_id = g.advertiser_id
