package harmnet;

import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.security.sasl.AuthenticationException;
import org.apache.hive.service.auth.PasswdAuthenticationProvider;

/**
 * Passwords against the users file named by -Dharmnet.sql.users, read at every login. Its lines are those that
 * lib/harmnet/sql_service/users.py writes: user:role:iterations:salt:hash, PBKDF2 with HMAC-SHA256, base64.
 */
public class Passwords implements PasswdAuthenticationProvider {
  private static final int BITS = 256;
  /** What a user who is not there is compared with: it takes as long, and nothing has this hash. */
  private static final String NOBODY = "::600000:AAAAAAAAAAAAAAAAAAAAAA==:";

  @Override
  public void Authenticate(String user, String password) throws AuthenticationException {
    boolean right;
    try {
      String[] line = lineOf(user);
      byte[] salt = Base64.getDecoder().decode(line[3]);
      char[] given = password == null || password.isEmpty() ? new char[] {0} : password.toCharArray();
      PBEKeySpec spec = new PBEKeySpec(given, salt, Integer.parseInt(line[2]), BITS);
      byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      right = MessageDigest.isEqual(hash, Base64.getDecoder().decode(line[4]));
    } catch (Exception error) {
      throw new AuthenticationException("the users file cannot be read");
    }
    if (!right) throw new AuthenticationException("user or password is wrong");
  }

  private static String[] lineOf(String user) throws Exception {
    for (String line : Files.readAllLines(Paths.get(System.getProperty("harmnet.sql.users")))) {
      String[] parts = line.split(":", -1);
      if (parts.length == 5 && !parts[0].isEmpty() && parts[0].equals(user)) return parts;
    }
    return NOBODY.split(":", -1);
  }
}
