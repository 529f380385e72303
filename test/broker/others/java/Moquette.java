import io.moquette.broker.Server;
import io.moquette.broker.config.MemoryConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;

/** Arguments: port, folder of its own. */
class Moquette {
  static final Map<String, String> USERS =
      Map.of("stack", "for-stack", "node-red", "for-node-red", "limited", "for-limited");

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    StringBuilder users = new StringBuilder();
    for (var user : USERS.entrySet()) {
      var sha = MessageDigest.getInstance("SHA-256");
      var hash = sha.digest(user.getValue().getBytes(StandardCharsets.UTF_8));
      users.append(user.getKey() + ":" + HexFormat.of().formatHex(hash) + "\n");
    }
    Files.writeString(folder.resolve("users"), users);
    Files.writeString(
        folder.resolve("acl"),
        // What follows a # is a comment to it.
        "user stack\ntopic readwrite ttn/+/+\ntopic readwrite ttn/+/+/+\n\n"
            + "user node-red\ntopic readwrite ttn/+/+\ntopic readwrite ttn/+/+/+\n"
            + "topic readwrite ttn/+/+/+/+\ntopic read $share/+/ttn/+/+\n"
            + "topic read $share/+/ttn/+/+/+/+\n\n"
            + "user limited\ntopic read ttn/my-app/join\n");
    Properties properties = new Properties();
    properties.setProperty("host", "127.0.0.1");
    properties.setProperty("port", args[0]);
    properties.setProperty("data_path", folder.toString());
    properties.setProperty("persistence_enabled", "true");
    properties.setProperty("telemetry_enabled", "false");
    properties.setProperty("allow_anonymous", "false");
    properties.setProperty("password_file", folder.resolve("users").toString());
    properties.setProperty("acl_file", folder.resolve("acl").toString());
    Server server = new Server();
    server.startServer(new MemoryConfig(properties));
    Runtime.getRuntime().addShutdownHook(new Thread(server::stopServer));
    Thread.currentThread().join();
  }
}
