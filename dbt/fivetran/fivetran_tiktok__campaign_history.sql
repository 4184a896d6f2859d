{%- set columns = tiktok_ads.as_they_are('text', [
  'campaign_id', 'advertiser_id', 'budget_mode', 'campaign_name', 'campaign_type', 'objective_type',
  'split_test_variable']) -%}
{%- do columns.update(tiktok_ads.as_they_are('number', [
  'budget'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('moment', [
  'create_time'])) -%}
{%- do columns.update(tiktok_ads.as_they_are('flag', [
  'is_new_structure'])) -%}
{%- do columns.update({
  'updated_at': ('moment', 'modify_time', 'coalesce(modify_time, create_time)'),
  'opt_status': ('text', 'operation_status'), 'status': ('text', 'secondary_status')}) -%}
{{ tiktok_ads.fivetran_view('campaigns', ['campaign_id'], columns) }}
