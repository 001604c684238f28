package org.qpsmtpd.api.control;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/** What lies in the deploy folder and what became of it. A service. */
@ProviderType
public interface Deployments {
    /** One row for each jar, by name; a jar that was replaced and is still in use has its own. */
    List<DeploymentStatus> deployments();
}
