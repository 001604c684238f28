/** The plugin http_config. */
@NullMarked
package org.qpsmtpd.plugin.httpconfig;

import org.jspecify.annotations.NullMarked;
