/**
 * The most common passwords of at least eight characters. Attackers try them first (OWASP ASVS 5,
 * 6.2.4).
 */
export const COMMON_PASSWORDS = new Set(
  `12345678 123456789 1234567890 0123456789 87654321 987654321 9876543210 11111111 00000000 88888888 99999999
  12341234 123123123 11223344 1122334455 123454321 12344321 123321123 147258369 147852369 741852963 789456123
  123456abc 1234abcd abcd1234 abc12345 a1234567 a12345678 a123456789 asdf1234 qwer1234 1q2w3e4r 1q2w3e4r5t
  1qaz2wsx 1qazxsw2 zaq12wsx q1w2e3r4 qwertyui qwertyuiop qwerty123 qwerty12 qwerty1234 asdfghjk asdfghjkl
  zxcvbnm1 zxcvbnm123 password password1 password12 password123 password! passw0rd passw0rd1 p@ssw0rd p@ssword
  pass1234 passwort passwort1 motdepasse contraseña iloveyou iloveyou1 sunshine princess football baseball
  superman batman123 trustno1 starwars whatever computer internet samsung1 michelle jennifer jordan23 liverpool
  chelsea1 welcome1 welcome123 letmein1 letmein123 admin123 admin1234 administrator changeme changeme1
  secret123 test1234 testtest testing123 monkey123 dragon123 master123 shadow123 charlie1 daniel123 hello123
  helloworld basketball basketkeeper`.split(/\s+/),
);
