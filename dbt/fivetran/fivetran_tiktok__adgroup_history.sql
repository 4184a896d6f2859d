{%- set columns = tiktok_ads.as_they_are('text', [
  'adgroup_id', 'advertiser_id', 'campaign_id', 'adgroup_name', 'app_download_url', 'app_id', 'app_type',
  'audience_type', 'bid_type', 'billing_event', 'dayparting', 'gender', 'pacing', 'pixel_id', 'placement_type',
  'schedule_type']) -%}
{%- do columns.update(tiktok_ads.as_they_are('number', [
  'budget'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('count', [
  'frequency', 'frequency_schedule'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('moment', [
  'create_time', 'schedule_end_time', 'schedule_start_time'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('json', [
  'age_groups', 'languages'])) -%}
{%- do columns.update({
  'updated_at': ('moment', 'modify_time', 'coalesce(modify_time, create_time)'), 'action_days': ('count', ''),
  'action_categories': ('json', 'actions'), 'bid': ('number', 'bid_price'), 'category': ('text', 'category_id'),
  'conversion_bid': ('number', 'conversion_bid_price'), 'interest_category_v_2': ('json', 'interest_category_ids'),
  'location': ('json', 'location_ids'), 'operation_system': ('json', 'operating_systems'),
  'opt_status': ('text', 'operation_status'), 'optimize_goal': ('text', 'optimization_goal'),
  'placement': ('json', 'placements'), 'status': ('text', 'secondary_status'), 'landing_page_url': ('text', ''),
  'display_name': ('text', '')}) -%}
{{ tiktok_ads.fivetran_view('ad_groups', ['adgroup_id'], columns) }}
