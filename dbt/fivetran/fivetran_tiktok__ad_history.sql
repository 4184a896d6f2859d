{%- set columns = tiktok_ads.as_they_are('text', [
  'ad_id', 'adgroup_id', 'advertiser_id', 'campaign_id', 'ad_name', 'ad_text', 'app_name', 'call_to_action',
  'click_tracking_url', 'display_name', 'impression_tracking_url', 'landing_page_url', 'playable_url', 'video_id']) -%}
{%- do columns.update(tiktok_ads.as_they_are('moment', [
  'create_time'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('flag', [
  'is_aco', 'is_new_structure'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('json', [
  'image_ids'])) -%}
{%- do columns.update({
  'updated_at': ('moment', 'modify_time', 'coalesce(modify_time, create_time)'),
  'is_creative_authorized': ('flag', 'creative_authorized'), 'open_url': ('text', 'deeplink'),
  'opt_status': ('text', 'operation_status'), 'profile_image': ('text', 'profile_image_url'),
  'status': ('text', 'secondary_status')}) -%}
{{ tiktok_ads.fivetran_view('ads', ['ad_id'], columns) }}
