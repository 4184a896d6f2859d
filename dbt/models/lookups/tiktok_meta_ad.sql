{{ tiktok_ads.describe(
  key=['ad_id'], needs=['ads'], is_lookup=true,
  partly=['ad_groups', 'campaigns', 'advertisers', 'creative_assets_videos', 'creative_assets_images']) }}
with listed as (
  {{ tiktok_ads.newest('ads', ['ad_id'], {
    'ad_id': 'text', 'ad_name': 'text', 'adgroup_id': 'text', 'adgroup_name': 'text', 'campaign_id': 'text',
    'campaign_name': 'text', 'advertiser_id': 'text', 'ad_format': 'text', 'ad_text': 'text', 'call_to_action': 'text',
    'landing_page_url': 'text', 'video_id': 'text', 'image_ids': 'json', 'tiktok_item_id': 'text',
    'identity_type': 'text', 'operation_status': 'text', 'secondary_status': 'text', 'create_time': 'moment',
    'modify_time': 'moment'}) }}
),
videos as (
  {{ tiktok_ads.newest('creative_assets_videos', ['video_id'], {
    'video_id': 'text', 'video_cover_url': 'text', 'preview_url': 'text', 'duration': 'number', 'file_name': 'text'}) }}
),
images as (
  {{ tiktok_ads.newest('creative_assets_images', ['image_id'], {
    'image_id': 'text', 'image_url': 'text', 'file_name': 'text'}) }}
),
ads as (select listed.*, {{ tiktok_ads.first_of('listed.image_ids') }} as image_id from listed)
select
  d.ad_id, d.ad_name, d.adgroup_id, coalesce(g.adgroup_name, d.adgroup_name) as adgroup_name,
  d.campaign_id, coalesce(c.campaign_name, d.campaign_name) as campaign_name,
  d.advertiser_id, a.advertiser_name,
  coalesce(a.currency, g.currency, c.currency) as currency, a.display_timezone,
  d.ad_format, d.ad_text, d.call_to_action, d.landing_page_url,
  {{ tiktok_ads.page_of('d.landing_page_url') }} as landing_page,
  {% for name in ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'] -%}
  {{ tiktok_ads.parameter_of('d.landing_page_url', name) }} as {{ name }},
  {% endfor -%}
  d.tiktok_item_id, d.video_id, d.image_id, d.image_ids, d.identity_type,
  case when d.tiktok_item_id is not null then 'post' when d.video_id is not null then 'video'
    when d.image_id is not null then 'images' else 'ad' end as creative_type,
  coalesce(d.tiktok_item_id, d.video_id, case when d.image_id is not null then d.image_ids end, d.ad_id) as creative_id,
  coalesce(v.file_name, i.file_name) as creative_name,
  coalesce(v.video_cover_url, i.image_url) as cover_url,
  v.preview_url, v.duration as video_seconds,
  d.operation_status, d.secondary_status,
  {{ tiktok_ads.is_on(['d.operation_status', 'g.operation_status', 'c.operation_status']) }} as is_on,
  d.create_time, d.modify_time
from ads as d
left join {{ ref('tiktok_meta_adgroup') }} as g on g.adgroup_id = d.adgroup_id
left join {{ ref('tiktok_meta_campaign') }} as c on c.campaign_id = d.campaign_id
left join {{ ref('tiktok_meta_account') }} as a on a.advertiser_id = d.advertiser_id
left join videos as v on v.video_id = d.video_id
left join images as i on i.image_id = d.image_id
