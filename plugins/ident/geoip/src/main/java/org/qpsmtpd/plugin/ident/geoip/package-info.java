/** The plugin ident/geoip. */
@NullMarked
package org.qpsmtpd.plugin.ident.geoip;

import org.jspecify.annotations.NullMarked;
