import { SERVICE } from '../rules/red.ts';

/** For `sum by (…)`: what tells a service from others. */
export const BY_SERVICE = SERVICE.join(', ');
/** Of the service that the cases are about. */
export const CHECKOUT = {
  deployment_environment_name: 'production',
  service_namespace: 'shop',
  service_name: 'checkout',
};
/** As its process sends it. */
export const CHECKOUT_INSTANCE =
  'job="shop/checkout", instance="a", deployment_environment_name="production", service_namespace="shop", service_name="checkout"';
/** In a summary. */
export const WHO = '{{ $labels.service_name }}';
