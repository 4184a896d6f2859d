{{ tiktok_ads.describe(key=['campaign_id'], needs=['campaigns'], partly=['advertisers'], is_lookup=true) }}
with listed as (
  {{ tiktok_ads.newest('campaigns', ['campaign_id'], {
    'campaign_id': 'text', 'campaign_name': 'text', 'advertiser_id': 'text', 'currency': 'text', 'objective_type': 'text',
    'budget_mode': 'text', 'budget': 'number', 'operation_status': 'text', 'secondary_status': 'text',
    'create_time': 'moment', 'modify_time': 'moment'}) }}
)
select
  c.campaign_id, c.campaign_name, c.advertiser_id, a.advertiser_name, coalesce(a.currency, c.currency) as currency, a.display_timezone,
  c.objective_type, c.budget_mode, c.budget, c.operation_status, c.secondary_status,
  {{ tiktok_ads.is_on(['c.operation_status']) }} as is_on,
  c.create_time, c.modify_time
from listed as c
left join {{ ref('tiktok_meta_account') }} as a on a.advertiser_id = c.advertiser_id
