#!/usr/bin/env python3
# tests/vectors/profile.py: writes profile.json, pairs of shared files and what a profile of them comes to. Run: tests/vectors/profile.py >tests/vectors/profile.json
# SPDX-License-Identifier: MIT
"""botocore (1.44.5 made what is committed) reads the same files, with services that only write down what they were asked. Each case
says what we make of it: the base and the roles behind it, or the error's code and line. Where botocore makes something else of it
the case says why, and this script fails when a case says nothing and differs, or says something and does not."""
import json
import os
import sys
import tempfile

import botocore.credentials as credentials
import botocore.session
from botocore.exceptions import BotoCoreError


class Process:
    """Instead of subprocess.Popen: any command prints one and the same key."""
    returncode = 0

    def __init__(self, words, **_):
        asked.append('process ' + ' '.join(words))

    def communicate(self):
        return json.dumps({'Version': 1, 'AccessKeyId': 'PROCESS', 'SecretAccessKey': 's'}).encode(), b''


class Sts:
    def __init__(self, **arguments):
        self.signer = arguments.get('aws_access_key_id')

    def assume_role(self, RoleArn, RoleSessionName, **more):
        roles.append(' '.join(['role', RoleArn] + ['%s=%s' % (k, more[k]) for k in ('ExternalId', 'DurationSeconds') if k in more]))
        return {'Credentials': {'AccessKeyId': 'ROLE', 'SecretAccessKey': 's', 'SessionToken': 't', 'Expiration': '2099-01-01T00:00:00Z'}}

    def assume_role_with_web_identity(self, RoleArn, WebIdentityToken, **_):
        asked.append('web ' + WebIdentityToken)
        return self.assume_role(RoleArn, None)


class Fixed(credentials.CredentialProvider):
    def __init__(self, name):
        self.name = name

    def load(self):
        return credentials.Credentials(self.name, 's', None)


def base(made):
    for name, said in (('ENV', 'environment'), ('CONTAINER', 'container'), ('INSTANCE', 'instance')):
        if made.access_key == name:
            return said
    return ' '.join(['keys', made.access_key, made.secret_key] + ([made.token] if made.token else []))


class Token:
    def __init__(self, path):
        self.path = path

    def __call__(self):
        return self.path


def by_botocore(profile, config, creds):
    for told in (asked, roles, signers):
        told.clear()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (('config', config), ('credentials', creds)):
            with open(os.path.join(folder, name), 'wb') as out:
                out.write(text.encode('latin-1'))
        os.environ.update(AWS_CONFIG_FILE=folder + '/config', AWS_SHARED_CREDENTIALS_FILE=folder + '/credentials')
        try:
            session = botocore.session.Session(profile=profile)
            session.create_client = lambda service, **arguments: Sts(**arguments)
            made = session.get_credentials()
            if made is None:
                return 'none'
            frozen = made.get_frozen_credentials()
        except (BotoCoreError, ValueError, KeyError, EOFError):
            return 'error'
    if not roles and not asked and frozen.access_key in ('CONTAINER', 'INSTANCE'):
        return 'none'	# nothing in the files: the chain went on
    if roles and not asked:
        asked.append(base(signers[0]))
    return ' | '.join((asked or [base(frozen)]) + roles)


asked, roles, signers = [], [], []
real = credentials.AssumeRoleCredentialFetcher.__init__


def nobody(*_, **__):
    raise EOFError


def keep_source(self, client_creator, source_credentials, *more, **named):
    if not signers:	# the innermost role comes first
        signers[:] = [source_credentials.get_frozen_credentials()]
    real(self, client_creator, source_credentials, *more, **named)


credentials.AssumeRoleCredentialFetcher.__init__ = keep_source
credentials.ProcessProvider.__init__.__defaults__ = (Process,)
credentials.FileWebIdentityTokenLoader = Token
init = credentials.AssumeRoleProvider.__init__
init.__defaults__ = tuple(nobody if d is credentials.getpass.getpass else d for d in init.__defaults__)
credentials.ContainerProvider.load = Fixed('CONTAINER').load
credentials.InstanceMetadataProvider.load = Fixed('INSTANCE').load
for name in list(os.environ):
    if name.startswith('AWS_'):
        del os.environ[name]
os.environ.update(HOME='/nonexistent', AWS_ACCESS_KEY_ID='ENV', AWS_SECRET_ACCESS_KEY='s')

KEY = 'aws_access_key_id = AKIA%s\naws_secret_access_key = s%s\n'
K1, K2, K3 = (KEY % (n, n) for n in '123')
T1 = 'aws_session_token = t1\n'
R1, R2 = 'role_arn = arn:aws:iam::1:role/one\n', 'role_arn = arn:aws:iam::1:role/two\n'
ONE, TWO = 'role arn:aws:iam::1:role/one', 'role arn:aws:iam::1:role/two'
NEITHER = 'neither in /h/config nor in /h/credentials'
SSO = 'its aws sso or aws login needs a person'
TWO_SOURCES = 'INPUT more than one source of credentials'
GO = 'as the AWS SDK for Go does'


def deep(n):
    text = ''.join('[profile p%d]\nrole_arn = arn:aws:iam::1:role/r%d\nsource_profile = p%d\n' % (i, i, i + 1) for i in range(n))
    return text + '[profile p%d]\n' % n + K1


# Name, profile, config, credentials, what we make of it, and why it differs from botocore where it does.
cases = [
    ('keys in credentials', 'default', '', '[default]\n' + K1, 'keys AKIA1 s1'),
    ('keys in config', 'default', '[default]\n' + K1, '', 'keys AKIA1 s1'),
    ('with a token', 'default', '', '[default]\n' + K1 + T1, 'keys AKIA1 s1 t1'),
    ('a token by its old name', 'default', '', '[default]\n' + K1 + 'aws_security_token = t1\n', 'keys AKIA1 s1 t1'),
    ('both names of a token', 'default', '', '[default]\n' + K1 + 'aws_security_token = old\naws_session_token = t1\n', 'keys AKIA1 s1 t1',
     'the name of today wins, ' + GO),
    ('credentials win', 'default', '[default]\n' + K2, '[default]\n' + K1, 'keys AKIA1 s1'),
    ('the token is of the same file', 'default', '[default]\n' + K2 + T1, '[default]\n' + K1, 'keys AKIA1 s1'),
    ('a token alone hides no pair', 'default', '[default]\n' + K2, '[default]\n' + T1, 'keys AKIA2 s2'),
    ('a token alone is nothing', 'default', '', '[default]\n' + T1, 'ABSENT has no credentials'),
    ('a named profile', 'web', '', '[default]\n' + K1 + '[web]\n' + K2, 'keys AKIA2 s2'),
    ('a named profile in config', 'web', '[profile web]\n' + K2, '[default]\n' + K1, 'keys AKIA2 s2'),
    ('profile default', 'default', '[profile default]\n' + K1, '', 'keys AKIA1 s1'),
    ('profile default hides default', 'default', '[default]\n' + K1 + '[profile default]\n' + K2, '', 'keys AKIA2 s2'),
    ('whichever comes first', 'default', '[profile default]\n' + K2 + '[default]\n' + K1, '', 'keys AKIA2 s2',
     'the order of sections does not matter, ' + GO),
    ('all of default is hidden', 'default', '[default]\n' + K1 + '[profile default]\nregion = eu-west-1\n', '', 'ABSENT has no credentials'),
    ('names have a case', 'Web', '[profile web]\n' + K1, '[web]\n' + K1, 'ABSENT ' + NEITHER),
    ('a section of config without profile', 'web', '[web]\n' + K1, '', 'ABSENT ' + NEITHER),
    ('profile in credentials', 'web', '', '[profile web]\n' + K1, 'ABSENT ' + NEITHER),
    ('a section of another kind', 'web', '[services web]\n' + K1 + '[sso-session web]\n' + K1, '', 'ABSENT ' + NEITHER),
    ('no files', 'default', '', '', 'ABSENT ' + NEITHER),
    ('no such profile', 'web', '[default]\n' + K1, '[default]\n' + K1, 'ABSENT ' + NEITHER),
    ('a profile without credentials', 'default', '[default]\nregion = eu-west-1\n', '', 'ABSENT has no credentials'),
    ('an empty profile', 'web', '[profile web]\n', '', 'ABSENT has no credentials'),
    ('a name with a blank, quoted', 'my prof', '[profile "my prof"]\n' + K1, '', 'keys AKIA1 s1'),
    ('a name with a blank, in credentials', 'my prof', '', '[my prof]\n' + K1, 'keys AKIA1 s1'),
    ('a name with a blank, not quoted', 'my prof', '[profile my prof]\n' + K1, '', 'keys AKIA1 s1', GO),
    ('keys in upper case', 'default', '', '[default]\nAWS_ACCESS_KEY_ID = AKIA1\nAws_Secret_Access_Key = s1\n', 'keys AKIA1 s1'),
    ('colons', 'default', '', '[default]\naws_access_key_id: AKIA1\naws_secret_access_key: s1\n', 'keys AKIA1 s1'),
    ('no blanks', 'default', '', '[default]\naws_access_key_id=AKIA1\naws_secret_access_key=s1\n', 'keys AKIA1 s1'),
    ('a secret with all it may have', 'default', '', '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = a/b+c=d#e;f==\n',
     'keys AKIA1 a/b+c=d#e;f=='),
    ('line ends of dos', 'default', '', '[default]\r\n' + K1.replace('\n', '\r\n'), 'keys AKIA1 s1'),
    ('comments', 'default', '', '# c\n[default]\n; d\n' + K1, 'keys AKIA1 s1'),
    ('a comment behind a value', 'default', '', '[default]\n' + K1.replace('s1', 's1 # mine'), 'keys AKIA1 s1',
     'behind a blank it is a comment, ' + GO + '; a secret has no blank'),
    ('quotes around a value', 'default', '', '[default]\n' + K1.replace('s1', '"s1"'), 'keys AKIA1 s1', GO),
    ('a byte order mark', 'default', '', '\xef\xbb\xbf[default]\n' + K1, 'keys AKIA1 s1', 'some editors leave one; the first profile would vanish'),
    ('a key twice', 'default', '', '[default]\n' + K2 + K1, 'keys AKIA1 s1', 'the last one counts, ' + GO),
    ('a section twice', 'default', '', '[default]\n' + K1 + '[default]\n' + T1, 'keys AKIA1 s1 t1', 'sections merge, ' + GO),
    ('before the first section', 'default', 'x = 1\n[default]\n' + K1, '', 'keys AKIA1 s1', 'means nothing, ' + GO),
    ('a word alone', 'default', '[default]\nword\n' + K1, '', 'keys AKIA1 s1', 'means nothing, ' + GO),
    ('a section that is not closed', 'default', '', '[default]\n' + K1 + '[web\n' + K2,
     'INPUT /h/credentials: line 4: a nul byte, or a broken section'),
    ('a nul', 'default', '', '[default]\n' + K1 + 'x = \0\n', 'INPUT /h/credentials: line 4: a nul byte, or a broken section', 'no text has one'),
    ('another profile that is odd', 'default', '', '[web]\naws_access_key_id = AKIA2\n[default]\n' + K1, 'keys AKIA1 s1'),
    ('an id alone', 'default', '', '[default]\naws_access_key_id = AKIA1\n',
     'INPUT /h/credentials: half a pair of aws credentials: aws_secret_access_key is not set'),
    ('a secret alone', 'default', '', '[default]\naws_secret_access_key = s1\n',
     'INPUT /h/credentials: half a pair of aws credentials: aws_access_key_id is not set',
     'half a pair is a mistake; going on could log in as somebody else'),
    ('halves in two files', 'default', '[default]\naws_access_key_id = AKIA1\n', '[default]\naws_secret_access_key = s1\n',
     'INPUT /h/config: half a pair of aws credentials: aws_secret_access_key is not set'),
    ('an empty secret', 'default', '', '[default]\naws_access_key_id = AKIA1\naws_secret_access_key =\n',
     'INPUT /h/credentials: half a pair of aws credentials: aws_secret_access_key is not set', 'an empty value is none'),
    ('an empty pair', 'default', '', '[default]\naws_access_key_id =\naws_secret_access_key =\n', 'ABSENT has no credentials',
     'an empty value is none'),
    ('a secret with a blank', 'default', '', '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s 1\n',
     'INPUT /h/credentials line 3: aws_secret_access_key is not one word of visible ascii', 'no secret of AWS has one'),
    ('a secret over two lines', 'default', '', '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n  1\n',
     'INPUT /h/credentials line 4: aws_secret_access_key is not one word of visible ascii', 'no secret of AWS does'),
    ('other keys over several lines', 'default', '[default]\ns3 =\n  aws_access_key_id = x\n  y = z\n' + K1, '', 'keys AKIA1 s1'),
    ('a process', 'default', '[default]\ncredential_process = /bin/helper --x y\n', '', 'process /bin/helper --x y'),
    ('a process in credentials', 'web', '', '[web]\ncredential_process = /bin/helper\n', 'process /bin/helper'),
    ('a process and keys', 'default', '[default]\ncredential_process = /bin/helper\n', '[default]\n' + K1, 'keys AKIA1 s1'),
    ('a process over two lines', 'default', '[default]\ncredential_process = /bin/helper\n  --x\n', '',
     'INPUT /h/config line 3: credential_process is not one word of visible ascii', 'a shell would run the second line as a command of its own'),
    ('a role of a source', 'web', '[profile web]\n' + R1 + 'source_profile = base\n', '[base]\n' + K1, 'keys AKIA1 s1 | ' + ONE),
    ('a role with all it may have', 'web', '[profile web]\n' + R1 + 'source_profile = base\nexternal_id = e\nduration_seconds = 900\n', '[base]\n' + K1,
     'keys AKIA1 s1 | ' + ONE + ' ExternalId=e DurationSeconds=900'),
    ('a role of default', 'web', '[profile web]\n' + R1 + 'source_profile = default\n[default]\n' + K1, '', 'keys AKIA1 s1 | ' + ONE),
    ('a role in credentials', 'web', '', '[web]\n' + R1 + 'source_profile = base\n[base]\n' + K1, 'keys AKIA1 s1 | ' + ONE),
    ('two roles', 'web', '[profile web]\n' + R2 + 'source_profile = mid\n[profile mid]\n' + R1 + 'source_profile = base\n', '[base]\n' + K1,
     'keys AKIA1 s1 | ' + ONE + ' | ' + TWO),
    ('five roles', 'p0', deep(5), '', 'keys AKIA1 s1 | ' + ' | '.join('role arn:aws:iam::1:role/r%d' % i for i in (4, 3, 2, 1, 0))),
    ('six roles', 'p0', deep(6), '', 'INPUT source_profile p5: more than 5 roles', 'a bound'),
    ('a source with keys ends the chain', 'web', '[profile web]\n' + R1 + 'source_profile = mid\n[profile mid]\n' + R2 + 'source_profile = base\n',
     '[base]\n' + K1 + '[mid]\n' + K2, 'keys AKIA2 s2 | ' + ONE),
    ('its own source', 'web', '[profile web]\n' + R1 + 'source_profile = web\n', '[web]\n' + K1, 'keys AKIA1 s1 | ' + ONE),
    ('its own source without keys', 'web', '[profile web]\n' + R1 + 'source_profile = web\n', '',
     'INPUT source_profile goes in a circle: web -> web'),
    ('a circle', 'a', '[profile a]\n' + R1 + 'source_profile = b\n[profile b]\n' + R2 + 'source_profile = a\n', '',
     'INPUT source_profile goes in a circle: a -> b -> a'),
    ('a circle further in', 'a', '[profile a]\n' + R1 + 'source_profile = b\n[profile b]\n' + R2 + 'source_profile = c\n[profile c]\n' + R1 +
     'source_profile = b\n', '', 'INPUT source_profile goes in a circle: a -> b -> c -> b'),
    ('a source that is not there', 'web', '[profile web]\n' + R1 + 'source_profile = base\n', '', 'INPUT source_profile base: ' + NEITHER),
    ('a source without credentials', 'web', '[profile web]\n' + R1 + 'source_profile = base\n[profile base]\nregion = x\n', '',
     'INPUT source_profile base: has no credentials'),
    ('a source with half a pair', 'web', '[profile web]\n' + R1 + 'source_profile = base\n', '[base]\naws_access_key_id = AKIA1\n',
     'INPUT source_profile base: /h/credentials: half a pair of aws credentials: aws_secret_access_key is not set'),
    ('a source of a process', 'web', '[profile web]\n' + R1 + 'source_profile = base\n[profile base]\ncredential_process = /bin/helper\n', '',
     'process /bin/helper | ' + ONE),
    ('a source of a token', 'web', '[profile web]\n' + R1 + 'source_profile = base\n[profile base]\n' + R2 + 'web_identity_token_file = /t\n', '',
     'web /t | ' + TWO + ' | ' + ONE),
    ('a source and keys of its own', 'web', '[profile web]\n' + R1 + 'source_profile = base\n', '[base]\n' + K1 + '[web]\n' + K2, 'keys AKIA1 s1 | ' + ONE),
    ('a role with its own keys', 'web', '[profile web]\n' + R1, '[web]\n' + K1, 'keys AKIA1 s1 | ' + ONE, GO),
    ('a role with its own process', 'web', '[profile web]\n' + R1 + 'credential_process = /bin/helper\n', '', 'process /bin/helper | ' + ONE, GO),
    ('a role without a source', 'web', '[profile web]\n' + R1, '', 'INPUT role_arn without a source of credentials'),
    ('a source without a role', 'web', '[profile web]\nsource_profile = base\n', '[base]\n' + K1,
     'INPUT a source for a role, but no role_arn', GO),
    ('a token without a role', 'web', '[profile web]\nweb_identity_token_file = /t\n', '',
     'INPUT a source for a role, but no role_arn'),
    ('a token', 'web', '[profile web]\n' + R1 + 'web_identity_token_file = /t\n', '', 'web /t | ' + ONE),
    ('the environment', 'web', '[profile web]\n' + R1 + 'credential_source = Environment\n', '', 'environment | ' + ONE),
    ('a container', 'web', '[profile web]\n' + R1 + 'credential_source = EcsContainer\n', '', 'container | ' + ONE),
    ('an instance', 'web', '[profile web]\n' + R1 + 'credential_source = Ec2InstanceMetadata\n', '', 'instance | ' + ONE),
    ('a source of a container', 'web', '[profile web]\n' + R1 + 'source_profile = base\n[profile base]\n' + R2 + 'credential_source = EcsContainer\n', '',
     'container | ' + TWO + ' | ' + ONE),
    ('another case', 'web', '[profile web]\n' + R1 + 'credential_source = environment\n', '',
     'INPUT credential_source must be Environment, EcsContainer or Ec2InstanceMetadata'),
    ('no credential_source', 'web', '[profile web]\n' + R1 + 'credential_source = Vault\n', '',
     'INPUT credential_source must be Environment, EcsContainer or Ec2InstanceMetadata'),
    ('two sources', 'web', '[profile web]\n' + R1 + 'source_profile = base\ncredential_source = Environment\n', '[base]\n' + K1, TWO_SOURCES),
    ('a source and a token', 'web', '[profile web]\n' + R1 + 'source_profile = base\nweb_identity_token_file = /t\n', '[base]\n' + K1, TWO_SOURCES, GO),
    ('a source and a process', 'web', '[profile web]\n' + R1 + 'source_profile = base\ncredential_process = /bin/helper\n', '[base]\n' + K1, TWO_SOURCES, GO),
    ('a token and keys', 'web', '[profile web]\n' + R1 + 'web_identity_token_file = /t\n', '[web]\n' + K1, TWO_SOURCES,
     'SDKs differ in what they make of it'),
    ('a token and a process', 'web', '[profile web]\n' + R1 + 'web_identity_token_file = /t\ncredential_process = /bin/helper\n', '', TWO_SOURCES, GO),
    ('a second factor', 'web', '[profile web]\n' + R1 + 'source_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n', '[base]\n' + K1,
     'INPUT its mfa_serial needs a person'),
    ('a second factor without a role', 'web', '[profile web]\nmfa_serial = arn:aws:iam::1:mfa/me\n', '[web]\n' + K1, 'keys AKIA1 s1'),
    ('sso', 'web', '[profile web]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n', '', 'INPUT ' + SSO),
    ('sso of old', 'web', '[profile web]\nsso_start_url = u\nsso_region = r\nsso_account_id = 1\nsso_role_name = r\n', '', 'INPUT ' + SSO),
    ('a login session', 'web', '[profile web]\nlogin_session = arn:aws:iam::1:user/me\n', '', 'INPUT ' + SSO),
    ('sso as a source', 'web', '[profile web]\n' + R1 + 'source_profile = base\n[profile base]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n', '',
     'INPUT source_profile base: ' + SSO),
    ('sso and a process', 'web', '[profile web]\nsso_session = s\ncredential_process = /bin/helper\n', '', 'process /bin/helper'),
    ('sso and keys', 'web', '[profile web]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n', '[web]\n' + K1, 'keys AKIA1 s1',
     'tools put the keys of a session there, ' + GO),
    ('services that are not there', 'default', '[default]\nservices = x\n' + K1, '', 'INPUT services x is not in /h/config',
     'going on would ask another place than was meant'),
    ('services', 'default', '[default]\nservices = x\n' + K1 + '[services x]\nsts =\n  endpoint_url = http://127.0.0.1:1\n', '', 'keys AKIA1 s1'),
]

out, wrong = [], 0
for name, profile, config, creds, ours, *reason in cases:
    theirs = by_botocore(profile, config, creds)
    same = ours == theirs or (theirs == 'error' and ours.startswith('INPUT')) or (theirs in ('none', 'error') and ours.startswith('ABSENT'))
    if same == bool(reason):
        print('%s: ours %r, botocore %r' % (name, ours, theirs), file=sys.stderr)
        wrong += 1
    out.append({'name': name, 'profile': profile, 'config': config, 'credentials': creds, 'want': ours})
    if reason:
        out[-1].update(botocore=theirs, differs=reason[0])
json.dump(out, sys.stdout, indent=1)
print()
sys.exit(wrong > 0)
