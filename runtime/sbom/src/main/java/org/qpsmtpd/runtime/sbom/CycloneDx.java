package org.qpsmtpd.runtime.sbom;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes a bill of materials in JSON: CycloneDX 1.5. The same components give the same octets. */
final class CycloneDx {
    private CycloneDx() {}

    /**
     * @param product what the distribution is called
     * @param version its version
     * @param time of the bill, as ISO 8601
     * @param components in the order of the bill
     */
    static String write(String product, String version, String time, List<Component> components) {
        String list =
                components.stream().map(CycloneDx::component).collect(Collectors.joining(",\n"));
        String seed = product + version + time + list;
        return """
        {
          "bomFormat": "CycloneDX",
          "specVersion": "1.5",
          "serialNumber": "urn:uuid:%s",
          "version": 1,
          "metadata": {
            "timestamp": %s,
            "component": {
              "type": "application",
              "name": %s,
              "version": %s,
              "licenses": [{"license": {"id": "Apache-2.0"}}]
            }
          },
          "components": [
        %s
          ]
        }
        """
                .formatted(
                        UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)),
                        text(time),
                        text(product),
                        text(version),
                        list);
    }

    private static String component(Component component) {
        String inside =
                component.inside().stream()
                        .map(one -> "      {" + names(one, component.path() + "!") + "}")
                        .collect(Collectors.joining(",\n"));
        return "    {"
                + names(component.coordinates(), component.path())
                + ",\n      \"hashes\": [{\"alg\": \"SHA-256\", \"content\": "
                + text(component.sha256())
                + "}],\n      \"properties\": [{\"name\": \"qpsmtpd:path\", \"value\": "
                + text(component.path())
                + "}]"
                + (inside.isEmpty() ? "" : ",\n      \"components\": [\n" + inside + "\n      ]")
                + "}";
    }

    private static String names(Coordinates coordinates, String place) {
        return "\"type\": \"library\", \"bom-ref\": "
                + text(place + "#" + coordinates.artifact())
                + ", \"group\": "
                + text(coordinates.group())
                + ", \"name\": "
                + text(coordinates.artifact())
                + ", \"version\": "
                + text(coordinates.version())
                + ", \"purl\": "
                + text(coordinates.purl());
    }

    private static String text(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 32) {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return out.append('"').toString();
    }
}
