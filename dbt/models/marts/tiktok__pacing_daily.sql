{{ tiktok_ads.describe(
  key=['budget_of', 'budget_of_id', 'currency', 'stat_time_day'], needs=['ad_groups_reports_daily', 'ad_groups'],
  partly=['campaigns']) }}
with spent as (
  select
    r.advertiser_id, r.advertiser_name, r.currency, r.display_timezone, r.stat_time_day, r.spend,
    case when c.budget > 0 then 'campaign' else 'ad group' end as budget_of,
    case when c.budget > 0 then r.campaign_id else r.adgroup_id end as budget_of_id,
    case when c.budget > 0 then c.campaign_name else r.adgroup_name end as budget_of_name,
    r.campaign_id, r.campaign_name,
    case when c.budget > 0 then c.budget_mode else g.budget_mode end as budget_mode,
    case when c.budget > 0 then c.budget when g.budget > 0 then g.budget end as budget
  from {{ ref('tiktok__ad_group_daily') }} as r
  left join {{ ref('tiktok_meta_adgroup') }} as g on g.adgroup_id = r.adgroup_id
  left join {{ ref('tiktok_meta_campaign') }} as c on c.campaign_id = r.campaign_id
),
added as (
  select
    advertiser_id, currency, display_timezone, budget_of, budget_of_id, stat_time_day,
    max(advertiser_name) as advertiser_name, max(budget_of_name) as budget_of_name, max(campaign_id) as campaign_id,
    max(campaign_name) as campaign_name, max(budget_mode) as budget_mode, max(budget) as budget,
    {{ tiktok_ads.total('spend', 'number') }} as spend
  from spent
  group by 1, 2, 3, 4, 5, 6
),
so_far as (
  select added.*, sum(spend) over (
    partition by budget_of, budget_of_id, currency order by stat_time_day
    rows between unbounded preceding and current row) as spend_to_date
  from added
)
select
  advertiser_id, advertiser_name, currency, display_timezone, stat_time_day, budget_of, budget_of_id, budget_of_name,
  campaign_id, campaign_name, budget_mode, budget, spend, spend_to_date,
  {{ tiktok_ads.ratio("case when budget_mode = 'BUDGET_MODE_TOTAL' then spend_to_date else spend end", 'budget', 100) }}
    as budget_used
from so_far
