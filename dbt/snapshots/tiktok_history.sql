{#
  The history of campaigns, ad groups and ads from the first run on. TikTok keeps none.
  The snapshots are in a schema of their own, because nothing can create them again.
#}
{% snapshot tiktok_history_campaigns %}
{{ config(unique_key='campaign_id', strategy='check', target_schema=target.schema ~ '_history',
          check_cols=['campaign_name', 'operation_status', 'secondary_status', 'is_on', 'budget_mode', 'budget'],
          meta={'needs': ['campaigns']}) }}
select campaign_id, advertiser_id, campaign_name, operation_status, secondary_status, is_on, budget_mode, budget, currency,
  modify_time
from {{ ref('tiktok_meta_campaign') }}
{% endsnapshot %}

{% snapshot tiktok_history_ad_groups %}
{{ config(unique_key='adgroup_id', strategy='check', target_schema=target.schema ~ '_history',
          check_cols=['adgroup_name', 'operation_status', 'secondary_status', 'is_on', 'budget_mode', 'budget', 'bid_price'],
          meta={'needs': ['ad_groups'], 'partly': ['campaigns']}) }}
select adgroup_id, campaign_id, advertiser_id, adgroup_name, operation_status, secondary_status, is_on, budget_mode,
  budget, bid_price, currency, modify_time
from {{ ref('tiktok_meta_adgroup') }}
{% endsnapshot %}

{% snapshot tiktok_history_ads %}
{{ config(unique_key='ad_id', strategy='check', target_schema=target.schema ~ '_history',
          check_cols=['ad_name', 'operation_status', 'secondary_status', 'is_on', 'ad_text', 'landing_page_url', 'creative_id'],
          meta={'needs': ['ads'], 'partly': ['ad_groups', 'campaigns']}) }}
select ad_id, adgroup_id, campaign_id, advertiser_id, ad_name, operation_status, secondary_status, is_on, ad_text,
  landing_page_url, creative_id, modify_time
from {{ ref('tiktok_meta_ad') }}
{% endsnapshot %}
