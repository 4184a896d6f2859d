{{ tiktok_ads.describe(key=['advertiser_id'], needs=['advertisers'], is_lookup=true) }}
select advertiser_id, name as advertiser_name, currency, display_timezone, timezone, country, status, company
from (
  {{ tiktok_ads.newest('advertisers', ['advertiser_id'], {
    'advertiser_id': 'text', 'name': 'text', 'currency': 'text', 'display_timezone': 'text', 'timezone': 'text',
    'country': 'text', 'status': 'text', 'company': 'text'}) }}
) as listed
