import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.PermissionType;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Arguments: port, folder of its own. */
class HiveMq {
  static final Map<String, String> USERS =
      Map.of("stack", "for-stack", "node-red", "for-node-red", "limited", "for-limited");

  static class Users implements ExtensionMain {
    public void extensionStart(ExtensionStartInput in, ExtensionStartOutput out) {
      SimpleAuthenticator authenticator = (input, output) -> {
        var connect = input.getConnectPacket();
        var user = connect.getUserName().orElse("");
        var password =
            connect.getPassword().map(b -> StandardCharsets.UTF_8.decode(b).toString()).orElse("");
        if (!password.equals(USERS.get(user))) {
          output.failAuthentication();
          return;
        }
        if (user.equals("limited")) {
          var permissions = output.getDefaultPermissions();
          permissions.add(
              Builders.topicPermission()
                  .topicFilter("ttn/my-app/join")
                  .type(PermissionType.ALLOW)
                  .build());
          permissions.setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        }
        output.authenticateSuccessfully();
      };
      Services.securityRegistry().setAuthenticatorProvider(given -> authenticator);
    }

    public void extensionStop(ExtensionStopInput in, ExtensionStopOutput out) {}
  }

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    for (String name : new String[] {"conf", "data", "extensions"})
      Files.createDirectories(folder.resolve(name));
    Files.writeString(
        folder.resolve("conf/config.xml"),
        """
        <?xml version="1.0"?>
        <hivemq>
          <listeners><tcp-listener>
            <port>%s</port><bind-address>127.0.0.1</bind-address>
          </tcp-listener></listeners>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
            .formatted(args[0]));
    var extension =
        EmbeddedExtension.builder()
            .withId("users")
            .withName("users")
            .withVersion("1")
            .withPriority(0)
            .withStartPriority(1000)
            .withAuthor("tests")
            .withExtensionMain(new Users())
            .build();
    var broker =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(folder.resolve("conf"))
            .withDataFolder(folder.resolve("data"))
            .withExtensionsFolder(folder.resolve("extensions"))
            .withEmbeddedExtension(extension)
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> broker.stop().join()));
    broker.start().join();
    Thread.currentThread().join();
  }
}
