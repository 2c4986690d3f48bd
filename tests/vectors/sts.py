#!/usr/bin/env python3
# tests/vectors/sts.py: writes sts.tsv, the STS endpoints of regions by FIPS and dual-stack, by botocore's rules. Run: tests/vectors/sts.py >tests/vectors/sts.tsv
# SPDX-License-Identifier: MIT
# botocore 1.44.5 made what is committed. Combinations that a partition does not offer are errors there; which those are is not
# our business, so they are left out. So is aws-global, which the rules take for a region's name as soon as a flag is set.
import itertools

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError

loader = botocore.session.get_session().get_component('data_loader')
provider = EndpointProvider(loader.load_service_model('sts', 'endpoint-rule-set-1'), loader.load_data('partitions'))
regions = ['eu-west-1', 'us-east-1', 'ap-southeast-7', 'xx-future-9', 'us-gov-west-1', 'us-gov-east-1', 'cn-north-1', 'us-iso-east-1',
           'us-isob-east-1', 'us-isof-south-1', 'eu-isoe-west-1', 'eusc-de-east-1']
for region, fips, dual in itertools.product(regions, (0, 1), (0, 1)):
    try:
        url = provider.resolve_endpoint(Region=region, UseFIPS=bool(fips), UseDualStack=bool(dual), UseGlobalEndpoint=False).url
    except EndpointProviderError:
        continue
    print(region, fips, dual, url, sep='\t')
