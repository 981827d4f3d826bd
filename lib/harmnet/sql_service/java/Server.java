package harmnet;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;
import org.apache.hadoop.hive.conf.HiveConf;
import org.apache.hive.service.cli.operation.ExecuteStatementOperation;
import org.apache.hive.service.cli.operation.OperationManager;
import org.apache.hive.service.cli.session.HiveSession;
import org.apache.hive.service.cli.session.SessionManager;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.hive.HiveUtils$;
import org.apache.spark.sql.hive.thriftserver.HiveThriftServer2;
import org.apache.spark.sql.hive.thriftserver.server.SparkSQLOperationManager;
import org.apache.spark.sql.hive.thriftserver.ui.HiveThriftServer2EventManager;
import org.apache.hive.service.server.HiveServer2;

/** Spark's Thrift Server in the JVM of the service, with statements of the service's own kind. */
public final class Server {
  private static final String KEYSTORE_PASSWORD = "hive.server2.keystore.password";
  static final String PASSWORDS = "hive.server2.custom.authentication.class";
  private static HiveThriftServer2 server;

  private Server() {}

  /** Listens as the settings say. Those of a keystore have the file of its password in place of the password. */
  public static void start(SparkSession session, Map<String, String> settings) throws Exception {
    HiveConf conf = HiveUtils$.MODULE$.newClientForExecution(
        session.sparkContext().conf(), session.sessionState().newHadoopConf()).conf();
    for (Map.Entry<String, String> one : settings.entrySet()) conf.set(one.getKey(), one.getValue());
    // Hive makes a configuration of its own at each login, from the properties of the JVM.
    System.setProperty(PASSWORDS, settings.get(PASSWORDS));
    String file = settings.get(KEYSTORE_PASSWORD);
    if (file != null) conf.set(KEYSTORE_PASSWORD, Files.readString(Paths.get(file)).strip());
    // Spark would log what a failed statement read; whoever asked is told, and the statement stands in access_log.
    Configurator.setLevel(Statement.class.getName(), Level.OFF);
    HiveThriftServer2.eventManager_$eq(new HiveThriftServer2EventManager(session.sparkContext()));
    HiveThriftServer2 made = new HiveThriftServer2(session);
    made.init(conf);
    putDesk(made);
    Guard.arm(session);
    made.start();
    server = made;
  }

  public static void stop() {
    if (server != null) server.stop();
  }

  /** Spark makes its operation manager itself and leaves no place to give another: it is put in before the start. */
  private static void putDesk(HiveThriftServer2 made) throws ReflectiveOperationException {
    Object service = valueOf(HiveServer2.class, "cliService", made);
    SessionManager sessions = (SessionManager) valueOf(org.apache.hive.service.cli.CLIService.class, "sessionManager", service);
    Desk desk = new Desk();
    put(sessions.getClass(), "sparkSqlOperationManager", sessions, desk);
    put(SessionManager.class, "operationManager", sessions, desk);
    if (sessions.getOperationManager() != desk) throw new ReflectiveOperationException("operationManager was not replaced");
  }

  private static Object valueOf(Class<?> of, String name, Object from) throws ReflectiveOperationException {
    Field field = of.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(from);
  }

  private static void put(Class<?> of, String name, Object into, Object value) throws ReflectiveOperationException {
    Field field = of.getDeclaredField(name);
    field.setAccessible(true);
    field.set(into, value);
  }

  /** Where statements come in. */
  private static final class Desk extends SparkSQLOperationManager {
    /** Spark's own constructor takes the map of its superclass, which is another one in a subclass. */
    Desk() throws ReflectiveOperationException {
      put(SparkSQLOperationManager.class, "handleToOperation", this,
          valueOf(OperationManager.class, "handleToOperation", this));
    }

    @Override
    public synchronized ExecuteStatementOperation newExecuteStatementOperation(
        HiveSession caller, String statement, Map<String, String> overlay, boolean async, long timeout) {
      SparkSession session = sessionToContexts().get(caller.getSessionHandle());
      Statement made = new Statement(session, caller, statement, overlay, async, timeout);
      handleToOperation().put(made.getHandle(), made);
      return made;
    }
  }
}
