{%- set columns = tiktok_ads.as_they_are('text', [
  'address', 'cellphone_number', 'company', 'contacter', 'country', 'currency', 'description', 'email', 'industry',
  'language', 'license_no', 'license_url', 'name', 'promotion_area', 'role', 'status', 'telephone_number',
  'timezone']) -%}
{%- do columns.update({
  'id': ('text', 'advertiser_id'), 'phone_number': ('text', 'cellphone_number'),
  'reason': ('text', 'rejection_reason'), 'telephone': ('text', 'telephone_number'), 'balance': ('number', none),
  'create_time': ('count', none, dbt.dateadd('second', 'create_time', "cast('1970-01-01' as timestamp)"))}) -%}
{{ tiktok_ads.fivetran_view('advertisers', ['advertiser_id'], columns) }}
